// `npm start`: builds, then becomes the gateway itself. The script says `exec`: npm passes SIGTERM and SIGINT on to its
// script, and a shell in between would keep them.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const npm = process.env['npm_execpath'];
const build = ['run', '--silent', 'build'];
const { status } =
  npm === undefined
    ? spawnSync('npm', build, { stdio: 'inherit', shell: true })
    : spawnSync(process.execPath, [npm, ...build], { stdio: 'inherit' });
if (status !== 0) process.exit(status ?? 1);

const program = new URL('../../dist/src/cli/postiljon.js', import.meta.url);
process.argv.splice(1, 1, fileURLToPath(program), 'start');
await import(program.href);
