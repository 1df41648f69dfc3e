// After every build: npm sets the bit only once, when it first links the command.
import { chmodSync } from 'node:fs';

chmodSync(new URL('../../dist/src/cli/postiljon.js', import.meta.url), 0o755);
