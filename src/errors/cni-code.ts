/** The well-known error codes of the CNI specification, section "Error", and those that libcni adds (CNI-09). */
export const cniCode = {
  incompatibleVersion: 1,
  unsupportedField: 2,
  /** Means that the runtime need not call DEL: never use it after anything was attached. */
  containerUnknown: 3,
  invalidEnvironment: 4,
  io: 5,
  decoding: 6,
  invalidConfiguration: 7,
  /** libcni's ErrInvalidNetNS. */
  invalidNetns: 8,
  tryAgainLater: 11,
  notAvailable: 50,
  notAvailableLimitedConnectivity: 51,
  /** Plexus's own codes start here (the specification leaves 100 and above to plugins). */
  attachment: 100,
  internal: 999,
} as const;
