export interface TemplateValues {
  readonly name: string;
  readonly oin: string;
  readonly port: number;
  readonly apiPort: number;
  /** Revocation list of the test CA, as the file is to name it; undefined: lists are fetched. */
  readonly crl?: string | undefined;
}

/** A first postiljon.yaml, which a person can go on with. */
export function configurationTemplate({ name, oin, port, apiPort, crl }: TemplateValues): string {
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

# The API for your own applications: on this machine only, until \`applications\` says who may use it.
api: { host: 127.0.0.1, port: ${apiPort} }

# PEM files, or \`pkcs12\` with \`passphrase\` or \`passphraseFile\`.
keys:
  sign: { key: keys/sign.key, certificate: keys/sign.crt }
  tlsClient: { key: keys/tls.key, certificate: keys/tls.crt }
  trust: [keys/ca.crt]

# What differs for one partner; every weakening is logged.
# partners:
#   'urn:osb:oin:00000099000000002000': { allow: [sha1], endpoint: 'https://test.example/ebms' }

# Applications that get messages, and send them, by other ways than the API. Each way is a destination: \`amqp\`,
# \`webhook:NAME\`, \`files:NAME\`. docs/amqp.md and docs/files.md show what they see.
# adapters:
#   amqp: { url: 'amqps://postiljon@broker.example/postiljon' }    # better as POSTILJON_ADAPTERS_AMQP_URL, with its password
#   webhooks:
#     - name: zaak
#       url: https://zaak.example/digikoppeling
#       secretFile: keys/zaak.secret                      # what is posted is signed with it; 32 characters at least
#       networks: [zaak.example]                          # hosts of your own network that may be asked
#       events: [message.failed, message.expired]         # told beside messages; or '*'
#   filesystem:
#     folders:
#       - { name: archief, inbox: ./archief/in, outbox: ./archief/uit }

# Who gets a received message: the first rule that matches, else the inbox of the API. \`postiljon route explain\` says why.
# \`json\` gives the application JSON instead of XML (docs/json.md); rules to \`partner\` are about messages that are sent.
# routes:
#   - { from: '00000099000000002000', action: spoed, destination: 'webhook:zaak' }
#   - { service: 'urn:osb:services:osb:afleveren:1.1$1.0', destination: amqp, json: schemas/afleveren.xsd }
#   - { service: 'urn:osb:services:osb:aanleveren:1.1$1.0', destination: partner, json: schemas/aanleveren.xsd }
#   - { action: archiveren, destination: 'files:archief' }

# Services by WUS: a WSDL each (\`postiljon wus validate FILE\`). Partners call https://HOST:PORT/wus/NAME, and the body goes
# to \`backend\`; or your application posts to /api/v1/wus/services/NAME/calls, and the partner is called.
# wus:
#   services:
#     - name: echo
#       role: provider
#       wsdl: wsdl/echo_v1.wsdl
#       profile: 2W-be-S                    # or 2W-be, 2W-be-SE
#       partners: ['00000099000000002000']  # who may call
#       backend: { url: 'http://127.0.0.1:9000/echo', format: xml }
#     - name: register
#       role: consumer
#       wsdl: wsdl/register_v1.wsdl
#       profile: 2W-be-SE
#       partner: '00000099000000002000'     # who answers
#       endpoint: https://register.example/wus/register
#       encryptFor: keys/register.crt       # certificate of the partner, with 2W-be-SE

# Certificates that their CA has revoked are refused, and those of which nobody can say. The lists come from files, which
# are read again when they change, or are fetched: those of PKIoverheid stand at the http:// addresses that its
# certificates name (the firewall must let the gateway reach them).
${revocation(crl)}
`;
}

function revocation(crl: string | undefined): string {
  return crl === undefined
    ? 'revocation: { mode: require, download: true }'
    : `revocation: { mode: require, crls: [${JSON.stringify(crl)}] }`;
}
