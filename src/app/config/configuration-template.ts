export interface TemplateValues {
  readonly name: string;
  readonly oin: string;
  readonly port: number;
  readonly apiPort: number;
}

/** A first postiljon.yaml, which a person can go on with. */
export function configurationTemplate({ name, oin, port, apiPort }: TemplateValues): string {
  return `# Configuration of Postiljon. docs/configuration.md lists every key; each can be given as an environment variable
# too (api.port is POSTILJON_API_PORT). Relative paths count from this file. \`postiljon doctor\` checks it.
name: ${JSON.stringify(name)}

# Whom this gateway may speak for.
parties: ['urn:osb:oin:${oin}']

# Everything the gateway keeps. Back up this folder.
data: ./data
store: { url: 'sqlite:./data/postiljon.db' }
payloads: { url: 'file:./data/payloads' }

# The endpoint for partners: mutual TLS.
ebms:
  host: 0.0.0.0
  port: ${port}
  path: /ebms
  tls: { key: keys/tls.key, certificate: keys/tls.crt, clientCa: keys/ca.crt }

# The API for your own applications. It has no authentication yet, so it stays on this machine.
api: { host: 127.0.0.1, port: ${apiPort} }

# PEM files, or \`pkcs12\` with \`passphrase\` or \`passphraseFile\`.
keys:
  sign: { key: keys/sign.key, certificate: keys/sign.crt }
  tlsClient: { key: keys/tls.key, certificate: keys/tls.crt }
  trust: [keys/ca.crt]

# What differs for one partner; every weakening is logged.
# partners:
#   'urn:osb:oin:00000099000000002000': { allow: [sha1], endpoint: 'https://test.example/ebms' }

# This version does not check revocation.
revocation: { mode: off }
`;
}
