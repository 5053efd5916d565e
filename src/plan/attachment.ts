import type { JsonObject, NetworkConfiguration } from '../cni/index.ts';
import type { NadRef, PodDevice } from '../npwg/index.ts';

/** Who decides the default route of one attachment, for one address family (NPWG-53 to NPWG-57). */
export type DefaultRoute =
  | { readonly kind: 'unmanaged' } // nobody asked: whatever the delegate did stays
  | { readonly kind: 'removed' } // another attachment owns it
  | { readonly kind: 'own' } // `default-route: []`: the delegate's own result, made sure of
  | { readonly kind: 'gateways'; readonly gateways: readonly string[] }; // several become rising metrics

export interface DefaultRoutes {
  readonly v4: DefaultRoute;
  readonly v6: DefaultRoute;
}

/** One delegate applied to one sandbox under one interface name. Plain data: goes into the journal as it is. */
export interface Attachment {
  readonly interfaceName: string;
  /** As shown to people and in network-status: ns/name of the NAD, or the configuration's name. */
  readonly network: string;
  readonly nad?: NadRef;
  readonly isDefault: boolean;
  /** Exactly what runs: cni-args and device IDs are already inside. */
  readonly configuration: NetworkConfiguration;
  /** Before filtering by each plugin's capabilities. */
  readonly runtimeConfig: JsonObject;
  /** CNI_ARGS for every plugin of the chain. */
  readonly cniArgs: string;
  readonly defaultRoute: DefaultRoutes;
  /** The device it is made of; its ID is in configuration and runtimeConfig already. */
  readonly device?: PodDevice;
  /** Where its device information lies, and what the device plugin wrote about the device. */
  readonly deviceInfo?: { readonly file: string; readonly from?: string };
  /** Its NAD says that it may be attached at the same time as its neighbours. */
  readonly concurrent?: true;
  /** What the first plugin gets as prevResult: Plexus used mid-chain (CNI-22), or an auxiliary chain. */
  readonly initialResult?: JsonObject;
}
