import { explainRoute, type RoutedMessage, type RouteExplanation } from '../msh/handover/routes.ts';
import { readConfig } from './config/config.ts';

/** Where a message would go by this configuration, and why. Throws CONFIG_MISSING, CONFIG_INVALID. */
export function explainRoutes(file: string, message: RoutedMessage): RouteExplanation {
  return explainRoute(readConfig(file).routes, message);
}
