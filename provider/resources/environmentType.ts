import { z } from "zod";
import { environmentTypes } from "../api/responses";
import { typed } from "./contract";

/** One of Zuplo's kinds of environments. */
export const environmentTypeSchema = typed(
  z.enum(environmentTypes, { error: `must be one of ${environmentTypes.join(", ")}.` }),
  "EnvironmentType",
  "A kind of environment at Zuplo; certificates are enabled for each kind separately.",
  {
    values: {
      development: "Developers' working copies in Zuplo's editor.",
      preview: "Every other branch.",
      production: "The production branch.",
    },
  },
);
