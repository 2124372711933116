// Node writes a profile when a process ends by itself, not when a signal ends it.
process.on("SIGTERM", () => process.exit(0));
