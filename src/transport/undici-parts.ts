import type { Dispatcher } from 'undici';
import requestBy from 'undici/lib/api/api-request.js';
import buildConnector from 'undici/lib/core/connect.js';
import errors from 'undici/lib/core/errors.js';
import Agent from 'undici/lib/dispatcher/agent.js';

/**
 * What the gateway uses of undici. The package as a whole brings fetch, its caches and its mocks, and makes Node load its own
 * undici besides: 12 MB of an idle gateway, and a tenth of a second of its start.
 */
export { Agent, buildConnector, errors };

/** `Dispatcher.request`, which only the package as a whole gives to its dispatchers. */
export function request(dispatcher: Dispatcher, options: Dispatcher.RequestOptions): Promise<Dispatcher.ResponseData> {
  return requestBy.call(dispatcher, options);
}
