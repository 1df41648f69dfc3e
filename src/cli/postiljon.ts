#!/usr/bin/env node
// Only syntax that an old Node can read: it must be able to say that it is too old.
const NEEDED = 24;
const found = Number(process.versions.node.split('.')[0]);
if (found < NEEDED) {
  process.stderr.write(
    'Postiljon needs Node ' +
      NEEDED +
      ' or newer; this is ' +
      process.version +
      '. Get it from https://nodejs.org, or run Postiljon by npx where it was installed with npm ci.\n',
  );
  process.exitCode = 1;
} else {
  void import('./main.ts').then(function (main) {
    return main.main(process.argv);
  });
}
