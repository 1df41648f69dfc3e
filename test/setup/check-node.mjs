// First thing of every script: plain JavaScript, so that a Node too old for the rest can still say so.
const NEEDED = 24;
const found = Number(process.versions.node.split('.')[0]);
if (found < NEEDED) {
  process.stderr.write(
    `Postiljon needs Node ${NEEDED} or newer; this is ${process.version}. ` +
      'Run "npm ci" without --omit=dev and without --ignore-scripts: it brings the right Node into node_modules/.bin.\n',
  );
  process.exit(1);
}
