// One request on standard input, one answer on standard output, both JSON: what `@digitalbazaar/vc` and its
// cryptosuites make of a document. It loads what the request brings along, and nothing from anywhere else.

import { readFileSync } from "node:fs";
import { DataIntegrityProof } from "@digitalbazaar/data-integrity";
import * as EcdsaMultikey from "@digitalbazaar/ecdsa-multikey";
import { cryptosuite as ecdsaRdfc } from "@digitalbazaar/ecdsa-rdfc-2019-cryptosuite";
import * as ecdsaSd from "@digitalbazaar/ecdsa-sd-2023-cryptosuite";
import * as Ed25519Multikey from "@digitalbazaar/ed25519-multikey";
import * as eddsaJcs from "@digitalbazaar/eddsa-jcs-2022-cryptosuite";
import { cryptosuite as eddsaRdfc } from "@digitalbazaar/eddsa-rdfc-2022-cryptosuite";
import * as vc from "@digitalbazaar/vc";

const SUITES = {
  "eddsa-rdfc-2022": () => ({ sign: eddsaRdfc, verify: eddsaRdfc }),
  "eddsa-jcs-2022": () => ({ sign: eddsaJcs.createSignCryptosuite(), verify: eddsaJcs.createVerifyCryptosuite() }),
  "ecdsa-rdfc-2019": () => ({ sign: ecdsaRdfc, verify: ecdsaRdfc }),
  "ecdsa-sd-2023": ({ mandatory = [], pointers = [] }) => ({
    sign: ecdsaSd.createSignCryptosuite({ mandatoryPointers: mandatory }),
    disclose: ecdsaSd.createDiscloseCryptosuite({ selectivePointers: pointers }),
    verify: ecdsaSd.createVerifyCryptosuite(),
  }),
};

const loader = (documents) => async (url) => {
  if (!(url in documents)) throw new Error(`nothing was brought along for ${url}`);
  return { contextUrl: null, documentUrl: url, document: documents[url] };
};

async function signer({ suite, key, created, ...request }) {
  const Multikey = suite.startsWith("eddsa") ? Ed25519Multikey : EcdsaMultikey;
  const pair = await Multikey.from(key);
  return new DataIntegrityProof({ signer: pair.signer(), date: created, cryptosuite: SUITES[suite](request).sign });
}

const verifier = ({ suite, ...request }) => new DataIntegrityProof({ cryptosuite: SUITES[suite](request).verify });

function verdict(result) {
  if (!result.verified) throw result.error ?? new Error("not verified");
  return { verified: true };
}

const actions = {
  async issue({ credential, documents, now, ...request }) {
    const suite = await signer(request);
    return { document: await vc.issue({ credential, suite, now, documentLoader: loader(documents) }) };
  },
  async derive({ credential, documents, suite, ...request }) {
    const disclosing = new DataIntegrityProof({ cryptosuite: SUITES[suite](request).disclose });
    const documentLoader = loader(documents);
    return { document: await vc.derive({ verifiableCredential: credential, suite: disclosing, documentLoader }) };
  },
  async verify({ credential, documents, now, ...request }) {
    const suite = verifier(request);
    return verdict(await vc.verifyCredential({ credential, suite, now, documentLoader: loader(documents) }));
  },
  async present({ credential, holder, challenge, domain, documents, now, ...request }) {
    const presentation = vc.createPresentation({ verifiableCredential: [credential], holder, now, version: 2.0 });
    const suite = await signer(request);
    const documentLoader = loader(documents);
    return { document: await vc.signPresentation({ presentation, suite, challenge, domain, documentLoader }) };
  },
  async "verify-presentation"({ presentation, challenge, domain, suites, documents, now }) {
    const suite = suites.map((name) => verifier({ suite: name }));
    return verdict(await vc.verify({ presentation, challenge, domain, suite, now, documentLoader: loader(documents) }));
  },
};

const request = JSON.parse(readFileSync(0, "utf8"));
try {
  process.stdout.write(JSON.stringify(await actions[request.action](request)));
} catch (error) {
  const causes = (error.errors ?? []).map((one) => `${one.name}: ${one.message}`).join("; ");
  process.stdout.write(JSON.stringify({ refused: `${error.name}: ${error.message} ${causes}` }));
}
