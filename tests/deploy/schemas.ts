import { Ajv } from "ajv";

/* What Compose and Kubernetes know of the keys that the files in scripts/deploy use. No key beyond
 * these is allowed: a new one has to be written here, by what their references say of it. */

type Schema = Readonly<Record<string, unknown>>;
type Fields = Readonly<Record<string, Schema>>;

const TEXT: Schema = { type: "string", minLength: 1 };
const TEXTS: Schema = { type: "array", items: TEXT, minItems: 1 };
const COUNT: Schema = { type: "integer", minimum: 0 };
const PORT: Schema = { type: "integer", minimum: 1, maximum: 65_535 };
const BOOLEAN: Schema = { type: "boolean" };
const TEXT_OF_NAME = mapOf(TEXT);
const DURATION: Schema = { type: "string", pattern: "^(\\d+(us|ms|s|m|h))+$" };

/** An object with these fields and no others. */
function objectOf(required: Fields, optional: Fields = {}): Schema {
  return {
    type: "object",
    properties: { ...required, ...optional },
    required: Object.keys(required),
    additionalProperties: false,
  };
}

/** An object whose names are free. */
function mapOf(value: Schema): Schema {
  return { type: "object", additionalProperties: value, minProperties: 1 };
}

function listOf(items: Schema): Schema {
  return { type: "array", items, minItems: 1 };
}

const STARTS_AFTER: Schema = {
  anyOf: [
    TEXTS,
    mapOf(objectOf({
      condition: {
        enum: ["service_started", "service_healthy", "service_completed_successfully"],
      },
    })),
  ],
};

const SERVICE: Schema = {
  ...objectOf({}, {
    image: TEXT,
    build: objectOf({ context: TEXT }, { dockerfile: TEXT }),
    command: TEXTS,
    depends_on: STARTS_AFTER,
    environment: TEXT_OF_NAME,
    healthcheck: objectOf({ test: TEXTS }, {
      interval: DURATION,
      timeout: DURATION,
      retries: COUNT,
    }),
    ports: listOf({ type: "string", pattern: "^([\\d.]+:)?\\d+:\\d+$" }),
    restart: { enum: ["no", "always", "on-failure", "unless-stopped"] },
    stop_grace_period: DURATION,
    volumes: listOf({ type: "string", pattern: "^[^:]+:/[^:]+(:(ro|rw))?$" }),
  }),
  oneOf: [{ required: ["image"] }, { required: ["build"] }],
};

const COMPOSE: Schema = {
  ...objectOf({ name: TEXT, services: mapOf(SERVICE) }, {
    volumes: mapOf({ anyOf: [{ type: "null" }, objectOf({}, { external: BOOLEAN })] }),
  }),
  patternProperties: { "^x-": {} },
};

const NAME: Schema = { type: "string", pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$" };
const METADATA = objectOf({ name: NAME }, { labels: TEXT_OF_NAME });
const SELECTOR = objectOf({ matchLabels: TEXT_OF_NAME });
const NAMED = objectOf({ name: NAME });
const QUANTITIES = objectOf({}, {
  cpu: { type: "string", pattern: "^\\d+m?$" },
  memory: { type: "string", pattern: "^\\d+(Ki|Mi|Gi)$" },
});

const PROBE = objectOf({ httpGet: objectOf({ path: TEXT, port: NAME }) }, {
  initialDelaySeconds: COUNT,
  periodSeconds: COUNT,
  timeoutSeconds: COUNT,
  failureThreshold: COUNT,
});

const CONTAINER = objectOf({ name: NAME, image: TEXT }, {
  envFrom: listOf({
    anyOf: [objectOf({ configMapRef: NAMED }), objectOf({ secretRef: NAMED })],
  }),
  ports: listOf(objectOf({ containerPort: PORT }, { name: NAME })),
  livenessProbe: PROBE,
  readinessProbe: PROBE,
  securityContext: objectOf({}, {
    allowPrivilegeEscalation: BOOLEAN,
    readOnlyRootFilesystem: BOOLEAN,
    capabilities: objectOf({ drop: TEXTS }),
  }),
  resources: objectOf({}, { requests: QUANTITIES, limits: QUANTITIES }),
});

const POD = objectOf({ containers: listOf(CONTAINER) }, {
  terminationGracePeriodSeconds: COUNT,
  automountServiceAccountToken: BOOLEAN,
  securityContext: objectOf({}, {
    runAsNonRoot: BOOLEAN,
    runAsUser: COUNT,
    seccompProfile: objectOf({ type: { enum: ["RuntimeDefault", "Unconfined"] } }),
  }),
  topologySpreadConstraints: listOf(objectOf({
    maxSkew: COUNT,
    topologyKey: TEXT,
    whenUnsatisfiable: { enum: ["DoNotSchedule", "ScheduleAnyway"] },
  }, { labelSelector: SELECTOR })),
});

const DEPLOYMENT = objectOf({
  selector: SELECTOR,
  template: objectOf({
    metadata: objectOf({ labels: TEXT_OF_NAME }, { annotations: TEXT_OF_NAME }),
    spec: POD,
  }),
}, { replicas: COUNT });

/** A resource of this kind: beside what all have, it has these fields. */
function resource(apiVersion: string, kind: string, fields: Fields): Schema {
  return objectOf({
    apiVersion: { const: apiVersion },
    kind: { const: kind },
    metadata: METADATA,
    ...fields,
  });
}

const KINDS: Readonly<Record<string, Schema>> = {
  ConfigMap: resource("v1", "ConfigMap", { data: TEXT_OF_NAME }),
  Secret: resource("v1", "Secret", { stringData: TEXT_OF_NAME }),
  Deployment: resource("apps/v1", "Deployment", { spec: DEPLOYMENT }),
  PodDisruptionBudget: resource("policy/v1", "PodDisruptionBudget", {
    spec: objectOf({ minAvailable: COUNT, selector: SELECTOR }),
  }),
};

function mistakesBy(schema: Schema, value: unknown): string[] {
  const ajv = new Ajv({ allErrors: true, strictTypes: true });
  const isValid = ajv.compile(schema);
  if (isValid(value)) return [];
  return (isValid.errors ?? []).map(({ instancePath, message = "", params }) =>
    `${instancePath || "/"} ${message}${
      "additionalProperty" in params ? `: ${params["additionalProperty"]}` : ""
    }`
  );
}

/** What a file for Compose has that Compose does not know. */
export function mistakesOfCompose(file: unknown): string[] {
  return mistakesBy(COMPOSE, file);
}

/** What a resource for Kubernetes has that its kind does not know. */
export function mistakesOfResource(resource: { readonly kind?: unknown }): string[] {
  const schema = KINDS[String(resource.kind)];
  return schema ? mistakesBy(schema, resource) : [`/kind is not known: ${String(resource.kind)}`];
}
