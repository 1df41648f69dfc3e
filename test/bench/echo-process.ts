import { createServer } from 'node:http';
import { SOAP_NS } from '../../src/soap/envelope.ts';
import { ECHO_NAMESPACE } from '../setup/wus-pair.ts';

/* The application behind a service, as a process of its own: reads what it is asked and gives an answer of that many octets. */
const [port, size] = process.argv.slice(2).map(Number);
const text = 'x'.repeat(size ?? 0);
const answer = Buffer.from(
  `<s:Envelope xmlns:s="${SOAP_NS}"><s:Body><e:echoAntwoord xmlns:e="${ECHO_NAMESPACE}"><e:tekst>${text}</e:tekst></e:echoAntwoord></s:Body></s:Envelope>`,
);
const headers = { 'content-type': 'text/xml; charset=UTF-8', 'content-length': answer.length };

const server = createServer((request, response) => {
  request.resume().once('end', () => response.writeHead(200, headers).end(answer));
});
server.listen(port, '127.0.0.1', () => process.send?.('ready'));
process.once('disconnect', () => process.exit());
