// Made from the schema beside it by `npm run make`: do not edit.

/**
 * What an application must know of its device (device information specification 1.1.0, section 3.2). Keys beyond these pass unchanged.
 */
export type DeviceInfo = {
  type: "pci" | "vdpa" | "vhost-user" | "memif";
  version: string;
  pci?: {
    "pci-address": string;
    "vhost-net"?: string;
    "rdma-device"?: string;
    "pf-pci-address"?: string;
    "representor-device"?: string;
    [k: string]: unknown;
  };
  vdpa?: {
    "parent-device": string;
    driver: "vhost" | "virtio";
    path: string;
    "pci-address"?: string;
    "pf-pci-address"?: string;
    "representor-device"?: string;
    [k: string]: unknown;
  };
  "vhost-user"?: {
    mode: "client" | "server";
    path: string;
    [k: string]: unknown;
  };
  memif?: {
    role: "master" | "slave";
    path: string;
    mode: "ethernet" | "ip" | "inject-punt" | "punt";
    [k: string]: unknown;
  };
  [k: string]: unknown;
};

export interface ValidationError {
  readonly instancePath: string;
  readonly keyword: string;
  readonly message?: string;
  readonly params: Readonly<Record<string, unknown>>;
}
export declare const validate: { (data: unknown): boolean; errors?: readonly ValidationError[] | null };
