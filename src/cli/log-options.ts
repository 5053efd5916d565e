import type { LogOptions } from '../observe/index.ts';
import type { Settings } from '../plan/index.ts';

/** The log's destination and level from the settings. */
export const logOptionsOf = ({ logLevel, logToStderr, logFile, logRotation, maskedKeys }: Settings): LogOptions => ({
  level: logLevel,
  toStderr: logToStderr,
  ...(logFile !== undefined && { file: logFile }),
  rotation: logRotation,
  secretNames: maskedKeys,
});
