import { z } from "zod";
import { parse } from "./problem";

const pageSchema = z.object({
  offset: z.coerce.number().int().min(0).default(0),
  limit: z.coerce.number().int().min(1).max(1000).default(1000),
});

/** The part of a list that `?offset=&limit=` asks for, in the API's envelope; never more than `most` entries. */
export function page<T, U>(query: unknown, items: T[], view: (item: T) => U, most: number) {
  const { offset, limit: wanted } = parse(pageSchema, query);
  const limit = Math.min(wanted, most);
  return { data: items.slice(offset, offset + limit).map(view), offset, limit };
}
