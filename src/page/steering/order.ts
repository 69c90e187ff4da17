import { useState } from "preact/hooks";
import { type Answer, tell } from "../ask.ts";
import { operatorName, signOut, token } from "./token.ts";

/** What an operator orders, and what became of it. */
export interface Orders {
  readonly isOnTheWay: boolean;
  /** Why the last one was refused. */
  readonly problem: string | null;
  /** Null: it was refused. */
  give<T>(path: string, body: object): Promise<T | null>;
}

export function useOrders(): Orders {
  const [isOnTheWay, setOnTheWay] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const give = async <T>(path: string, body: object): Promise<T | null> => {
    setOnTheWay(true);
    const by = operatorName();
    const signed = by === "" ? body : { ...body, by };
    const answer: Answer<T> = await tell<T>(`steer/${path}`, token(), signed);
    setOnTheWay(false);
    if (answer.status === 401) signOut();
    setProblem(answer.status === 401 ? "This token is not the right one" : answer.problem);
    return answer.value;
  };
  return { isOnTheWay, problem, give };
}
