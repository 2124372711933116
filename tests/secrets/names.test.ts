import assert from "node:assert/strict";
import { decode, encode } from "../../provider/adapters/plugin/values";
import { namesIn } from "../../provider/resources/contract";
import { redeploymentContract } from "../../provider/resources/redeployment/contract";
import { redact } from "../../provider/text/redact";

describe("names in something secret", () => {
  it("are told in messages, and a secret beside them is not", () => {
    // given a state whose variables the engine has marked as a whole
    const values = {
      certificates: ["backend_prod_ddea85022dd3"],
      variables: [
        { branch: "feature/checkout", name: "BACKEND_MTLS_CERT", value: "backend_prod_ddea85022dd3" },
        { branch: "feature/checkout", name: "PAYMENT_TOKEN", value: "a value that nobody may see" },
      ],
      triggers: { name: "another one that nobody may see" },
    };
    // when it comes off the wire
    const message = encode(values, [["variables"], ["triggers"]]);
    assert.deepEqual(decode(message, values => namesIn(redeploymentContract, values)).values, values);
    // then
    assert.equal(
      redact("feature/checkout/BACKEND_MTLS_CERT = backend_prod_ddea85022dd3"),
      "feature/checkout/BACKEND_MTLS_CERT = backend_prod_ddea85022dd3",
    );
    assert.equal(
      redact("a value that nobody may see; another one that nobody may see"),
      "[secret]; [secret]",
    );
  });
});
