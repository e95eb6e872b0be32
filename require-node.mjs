// Preloaded by every script: TypeScript runs directly from Node 24 on, and an older one would only say "unknown file extension".
const least = 24;
if (Number(process.versions.node.split('.')[0]) < least) {
  console.error(
    `Gantry runs on Node ${least} or newer; this is ${process.versions.node}. ` +
      'On Linux and Windows it comes with `npm ci` (do not pass --omit=optional); on macOS install it and try again.',
  );
  process.exit(1);
}
