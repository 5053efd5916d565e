import type { LogOptions } from '../observe/index.ts';
import type { Settings } from '../plan/index.ts';

/** Where and how much is logged, by the settings. */
export const logOptionsOf = ({ logLevel, logToStderr, logFile, logRotation, maskedKeys }: Settings): LogOptions => ({
  level: logLevel,
  toStderr: logToStderr,
  ...(logFile !== undefined && { file: logFile }),
  rotation: logRotation,
  secretNames: maskedKeys,
});
