import multipart from '@fastify/multipart';
import type { FastifyInstance } from 'fastify';
import type { Gateway, WusUseCases } from '../../src/index.ts';
import { addAuthentication, mayAlsoSee } from './access/authenticate.ts';
import { addDrain } from './drain.ts';
import { EventStreams } from './event-streams.ts';
import { Jobs } from './jobs/jobs.ts';
import { addOpenApi, openApiRoute } from './openapi.ts';
import { API_BASE } from './options.ts';
import type { RestOptions } from './options.ts';
import { refuseOtherMethods } from './other-methods.ts';
import { cpaRoutes } from './routes/cpas.ts';
import { deadLetterRoutes } from './routes/dead-letters.ts';
import { eventRoutes } from './routes/events.ts';
import { healthRoutes } from './routes/health.ts';
import { evidenceRoutes } from './routes/evidence.ts';
import { jobRoutes } from './routes/jobs.ts';
import { messageRoutes } from './routes/messages.ts';
import { metricsRoutes } from './routes/metrics.ts';
import { operateRoutes } from './routes/operate.ts';
import { partnerRoutes } from './routes/partners.ts';
import { payloadRoutes } from './routes/payloads.ts';
import { rawRoute } from './routes/raw.ts';
import { routingRoutes } from './routes/routing.ts';
import { submitRoutes } from './routes/submit.ts';
import { wusRoutes } from './routes/wus.ts';
import { wusCallRoute } from './routes/wus-call.ts';
import { createServer, urlOf } from './server.ts';

export type { Access, Identity, Shown } from './access/access.ts';
export type { RestLimits, RestLog, RestOptions } from './options.ts';

export interface RestApi {
  listen(): Promise<void>;
  /** Ends event streams, lets running requests end, and takes no new ones. */
  close(): Promise<void>;
  /** `http://host:port`, once it listens. */
  readonly address: string;
}

const MOST_STREAMS_OF_ONE = 20;
const PART_LIMITS = { fieldNameSize: 100, headerPairs: 20, fileSize: Number.MAX_SAFE_INTEGER };

/** The inside world's door over HTTP: everything of `/api/v1`, with health and metrics beside it. */
export async function createRestApi(gateway: Gateway, options: RestOptions, wus?: WusUseCases): Promise<RestApi> {
  const { source, log, clock, heartbeatMs, access, limits } = options;
  const most = access === undefined ? undefined : (limits.streams ?? MOST_STREAMS_OF_ONE);
  const streams = new EventStreams({ source, log, clock, heartbeatMs, most });
  const jobs = new Jobs(clock, { shared: access !== undefined });
  const app = createServer(options);
  const drain = addDrain(app);
  await addOpenApi(app, options);
  // Every part is a stream: nothing is decoded, cut or given a plain name on the way.
  await app.register(multipart, { isPartAFile: () => true, preservePath: true, limits: PART_LIMITS });
  const addOtherMethods = refuseOtherMethods(app);
  addAuthentication(app, gateway, options);
  healthRoutes(app, gateway, wus, mayAlsoSee(options, 'metrics:read'));
  metricsRoutes(app, gateway, wus);
  await addScope(app, (api) => {
    openApiRoute(api, options);
    submitRoutes(api, options);
    messageRoutes(api);
    evidenceRoutes(api);
    operateRoutes(api);
    partnerRoutes(api);
    payloadRoutes(api);
    rawRoute(api);
    jobRoutes(api, jobs);
    routingRoutes(api, gateway);
    eventRoutes(api, { source, streams });
    deadLetterRoutes(api, gateway, source);
  });
  // In a scope of its own: it reads XML bodies, which the others refuse.
  await addScope(app, (api) => cpaRoutes(api));
  if (wus !== undefined) {
    await addScope(app, (api) => wusRoutes(api, wus));
    // In a scope of its own: it reads bodies as they come.
    await addScope(app, (api) => wusCallRoute(api, wus));
  }
  addOtherMethods();
  return {
    listen: async () => {
      await app.listen({ host: options.host, port: options.port });
    },
    close: async () => {
      streams.close();
      jobs.close();
      const closed = app.close();
      drain();
      await closed;
    },
    get address() {
      return urlOf(app, options);
    },
  };
}

async function addScope(app: FastifyInstance, add: (api: FastifyInstance) => void): Promise<void> {
  await app.register(
    (api, _options, done) => {
      add(api);
      done();
    },
    { prefix: API_BASE },
  );
}
