import { GatewayError } from '../../errors.ts';

/** One thing that is wrong with the configuration. */
export interface Problem {
  /** `api.port`; undefined when it is the file as a whole. */
  readonly key: string | undefined;
  /** `postiljon.yaml:12`, or the name of the environment variable. */
  readonly place: string;
  readonly reason: string;
}

export function problemText(problem: Problem): string {
  return problem.key === undefined
    ? `${problem.place}: ${problem.reason}`
    : `${problem.place}: ${problem.key}: ${problem.reason}`;
}

/** CONFIG_INVALID that names all problems, one a line. */
export function configError(problems: readonly Problem[]): GatewayError {
  const [first] = problems;
  return new GatewayError('CONFIG_INVALID', {
    ...(first === undefined ? {} : { location: first.key ?? first.place }),
    detail: problems.map(problemText).join('\n'),
  });
}
