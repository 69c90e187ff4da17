/** One line of a family: its labels and its value. */
export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
  /** Of a histogram's parts, as `…_bucket`; else the family's own. */
  readonly metricName?: string;
}

/** Samples that share a name, with what they mean. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: "gauge" | "counter" | "histogram";
  readonly samples: readonly Sample[];
}

export function gauge(name: string, help: string, samples: number | readonly Sample[]): Family {
  return { name, help, type: "gauge", samples: asSamples(samples) };
}

export function counter(name: string, help: string, samples: number | readonly Sample[]): Family {
  return { name, help, type: "counter", samples: asSamples(samples) };
}

/** What a histogram is made of: counts up to each bound and beyond the last. */
export interface Distribution {
  readonly boundsMs: readonly number[];
  readonly counts: ArrayLike<number>;
  readonly sumMs: number;
}

export function histogram(
  name: string,
  help: string,
  { boundsMs, counts, sumMs }: Distribution,
): Family {
  let count = 0;
  const samples: Sample[] = boundsMs.map((boundMs, index) => {
    count += counts[index]!;
    const labels = { le: String(boundMs / 1000) };
    return { metricName: `${name}_bucket`, labels, value: count };
  });
  count += counts[boundsMs.length]!;
  samples.push(
    { metricName: `${name}_bucket`, labels: { le: "+Inf" }, value: count },
    { metricName: `${name}_sum`, value: sumMs / 1000 },
    { metricName: `${name}_count`, value: count },
  );
  return { name, help, type: "histogram", samples };
}

/** Samples of named counts, under one label. */
export function labelled(
  label: string,
  counts: Iterable<readonly [name: string, value: number]>,
): Sample[] {
  return [...counts].map(([name, value]) => ({ labels: { [label]: name }, value }));
}

function asSamples(samples: number | readonly Sample[]): readonly Sample[] {
  return typeof samples === "number" ? [{ value: samples }] : samples;
}
