// The plugin is invoked for every pod, so it never loads the command line.
if (process.argv[2] === 'cni' && process.argv.length === 3) {
  const { runAsPlugin } = await import('./cni.ts');
  await runAsPlugin(process, import.meta.dirname);
} else {
  const { runCommandLine } = await import('./command-line.ts');
  process.exitCode = await runCommandLine(process.argv.slice(2));
}
