// One request on standard input, one answer on standard output, both JSON: what `jose`, `@sd-jwt` and
// `@auth0/mdl` make of a token or document, the latter as base64. Used by the tests beside this folder; nothing here knows defa-id.

import { readFileSync } from "node:fs";
import { digest, ES256, ES384, generateSalt } from "@sd-jwt/crypto-nodejs";
import { SDJwtInstance } from "@sd-jwt/core";
import { SDJwtVcInstance } from "@sd-jwt/sd-jwt-vc";
import * as jose from "jose";

const CURVES = { ES256, ES384 };

async function sdJwt({ alg = "ES256", issuer, holder, verifyIssuer, verifyHolder, plain }) {
  const suite = CURVES[alg];
  const holderVerifier = verifyHolder && (await suite.getVerifier(verifyHolder));
  const Instance = plain ? SDJwtInstance : SDJwtVcInstance;
  return new Instance({
    signer: issuer && (await suite.getSigner(issuer)),
    signAlg: alg,
    verifier: verifyIssuer && (await suite.getVerifier(verifyIssuer)),
    kbSigner: holder && (await suite.getSigner(holder)),
    kbSignAlg: alg,
    kbVerifier: holderVerifier && ((data, signature) => holderVerifier(data, signature)),
    hasher: digest,
    hashAlg: "sha-256",
    saltGenerator: generateSalt,
  });
}

const bytes = (text) => Buffer.from(text, "base64");
const text = (data) => Buffer.from(data).toString("base64");

// An input descriptor for each element that is asked for (Presentation Exchange 2.0), as the library wants it.
function asked(docType, namespace, elements) {
  const fields = elements.map((name) => ({ path: [`$['${namespace}']['${name}']`], intent_to_retain: false }));
  const format = { mso_mdoc: { alg: ["ES256", "EdDSA"] } };
  return { id: "asked", input_descriptors: [{ id: docType, format, constraints: { limit_disclosure: "required", fields } }] };
}

const actions = {
  async "mdl.issue"({ docType, namespace, elements, signed, validUntil, device, issuer, certificate }) {
    const { Document, MDoc } = await import("@auth0/mdl");
    const document = await new Document(docType)
      .addIssuerNameSpace(namespace, elements)
      .useDigestAlgorithm("SHA-256")
      .addValidityInfo({ signed: new Date(signed), validFrom: new Date(signed), validUntil: new Date(validUntil) })
      .addDeviceKeyInfo({ deviceKey: device })
      .sign({ issuerPrivateKey: issuer, issuerCertificate: certificate, alg: "ES256" });
    return { mdoc: text(new MDoc([document]).encode()) };
  },
  async "mdl.respond"({ mdoc, docType, namespace, elements, transcript, device, reader }) {
    const { DeviceResponse } = await import("@auth0/mdl");
    const response = DeviceResponse.from(bytes(mdoc))
      .usingPresentationDefinition(asked(docType, namespace, elements))
      .usingSessionTranscriptBytes(bytes(transcript));
    const proved = reader
      ? response.authenticateWithMAC(device, bytes(reader), "HS256")
      : response.authenticateWithSignature(device, "ES256");
    return { mdoc: text((await proved.sign()).encode()) };
  },
  async "mdl.verify"({ mdoc, transcript, reader, roots }) {
    const { Verifier } = await import("@auth0/mdl");
    const found = await new Verifier(roots).verify(bytes(mdoc), {
      encodedSessionTranscript: bytes(transcript),
      ephemeralReaderKey: reader && bytes(reader),
    });
    return { elements: found.documents.map((document) => document.getIssuerNameSpace(document.issuerSignedNameSpaces[0])) };
  },
  async "jose.sign"({ header, payload, jwk }) {
    const key = await jose.importJWK(jwk, header.alg);
    const bytes = new TextEncoder().encode(JSON.stringify(payload));
    return { token: await new jose.CompactSign(bytes).setProtectedHeader(header).sign(key) };
  },
  async "jose.verify"({ token, jwk, alg, options }) {
    const key = await jose.importJWK(jwk, alg);
    const { payload, protectedHeader } = await jose.jwtVerify(token, key, { algorithms: [alg], ...options });
    return { payload, header: protectedHeader };
  },
  async "jose.thumbprint"({ jwk }) {
    return { thumbprint: await jose.calculateJwkThumbprint(jwk) };
  },
  async "sd-jwt.issue"({ payload, frame, header, ...keys }) {
    const instance = await sdJwt(keys);
    return { token: await instance.issue(payload, frame, { header }) };
  },
  async "sd-jwt.present"({ token, frame, kb, ...keys }) {
    const instance = await sdJwt(keys);
    return { token: await instance.present(token, frame, kb ? { kb: { payload: kb } } : undefined) };
  },
  async "sd-jwt.verify"({ token, options, ...keys }) {
    const instance = await sdJwt(keys);
    const { payload, header, kb } = await instance.verify(token, options);
    return { payload, header, kb };
  },
};

const request = JSON.parse(readFileSync(0, "utf8"));
try {
  process.stdout.write(JSON.stringify(await actions[request.action](request)));
} catch (error) {
  process.stdout.write(JSON.stringify({ refused: `${error.name}: ${error.message}` }));
}
