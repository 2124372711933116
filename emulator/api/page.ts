import { z } from "zod";
import { parse } from "./problem";

const pageSchema = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});

/** The part of a list that `?offset=&limit=` asks for, in the API's envelope. */
export function page<T, U>(query: unknown, items: T[], view: (item: T) => U) {
  const { offset, limit } = parse(pageSchema, query);
  return { data: items.slice(offset, offset + limit).map(view), offset, limit };
}
