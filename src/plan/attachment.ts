import type { JsonObject, NetworkConfiguration } from '../cni/index.ts';
import type { NadRef, PodDevice, RequestedNetwork } from '../npwg/index.ts';

/** How the default route of one attachment is decided, for one address family (NPWG-53 to NPWG-57). */
export type DefaultRoute =
  | { readonly kind: 'unmanaged' } // not requested: the delegate's routes stay
  | { readonly kind: 'removed' } // another attachment has the default route
  | { readonly kind: 'own' } // `default-route: []`: the routes of the delegate's result are enforced
  | { readonly kind: 'gateways'; readonly gateways: readonly string[] }; // several gateways get increasing metrics

export interface DefaultRoutes {
  readonly v4: DefaultRoute;
  readonly v6: DefaultRoute;
}

/** One delegate applied to one sandbox under one interface name. Plain data: written to the journal unchanged. */
export interface Attachment {
  readonly interfaceName: string;
  /** Shown to users and in network-status: ns/name of the NAD, or the configuration's name. */
  readonly network: string;
  readonly nad?: NadRef;
  /** What the pod's annotation requested. Absent for a network of the node's configuration, and in early records. */
  readonly selection?: RequestedNetwork;
  readonly isDefault: boolean;
  /** Exactly what runs; includes cni-args and device IDs. */
  readonly configuration: NetworkConfiguration;
  /** Before filtering by each plugin's capabilities. */
  readonly runtimeConfig: JsonObject;
  /** CNI_ARGS for every plugin of the chain. */
  readonly cniArgs: string;
  readonly defaultRoute: DefaultRoutes;
  /** The device it uses. configuration and runtimeConfig contain its ID. */
  readonly device?: PodDevice;
  /** The path of its device information, and of the file that the device plugin wrote. */
  readonly deviceInfo?: { readonly file: string; readonly from?: string };
  /** Set if its NAD allows it to be attached concurrently with its neighbours. */
  readonly concurrent?: true;
  /** prevResult of the first plugin, if Plexus runs mid-chain (CNI-22) or for an auxiliary chain. */
  readonly initialResult?: JsonObject;
}
