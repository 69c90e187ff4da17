/** The body of a test or of a hook. */
export type TestBody = () => void | Promise<void>;

/** How a test or a group is run. */
export interface CaseOptions {
  readonly ignore?: boolean;
  readonly only?: boolean;
}

/** One test. */
export class Case {
  constructor(readonly name: string, readonly options: CaseOptions, readonly body: TestBody) {}

  get isIgnored(): boolean {
    return this.options.ignore ?? false;
  }

  get hasOnly(): boolean {
    return this.options.only ?? false;
  }
}

/** A group of tests and groups, with what runs around them. */
export class Suite {
  readonly children: (Suite | Case)[] = [];
  readonly beforeAll: TestBody[] = [];
  readonly afterAll: TestBody[] = [];
  readonly beforeEach: TestBody[] = [];
  readonly afterEach: TestBody[] = [];

  constructor(readonly name: string, readonly options: CaseOptions) {}

  get isIgnored(): boolean {
    return this.options.ignore ?? false;
  }

  get hasOnly(): boolean {
    return (this.options.only ?? false) || this.children.some((child) => child.hasOnly);
  }

  get chosenChildren(): readonly (Suite | Case)[] {
    const chosen = this.children.filter((child) => child.hasOnly);
    return chosen.length > 0 ? chosen : this.children;
  }
}

/**
 * `describe` and `it` with their signatures: options may stand before the body; `.skip`, `.only`.
 */
export interface Registrar<Body> {
  (name: string, body: Body): void;
  (name: string, options: CaseOptions, body: Body): void;
  skip(name: string, body: Body): void;
  ignore(name: string, body: Body): void;
  only(name: string, body: Body): void;
}

/** Makes a `describe` or an `it` from what it does. */
export function registrar<Body>(
  add: (name: string, options: CaseOptions, body: Body) => void,
): Registrar<Body> {
  const register = (name: string, ...rest: [Body] | [CaseOptions, Body]) => {
    if (rest.length === 1) add(name, {}, rest[0]);
    else add(name, rest[0], rest[1]);
  };
  const ignore = (name: string, body: Body) => add(name, { ignore: true }, body);
  const only = (name: string, body: Body) => add(name, { only: true }, body);
  return Object.assign(register, { skip: ignore, ignore, only });
}
