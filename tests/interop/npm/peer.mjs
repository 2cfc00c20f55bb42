// One request on standard input, one answer on standard output, both JSON: what `jose` and `@sd-jwt`
// make of a token. Used by the tests beside this folder; nothing here knows defa-id.

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

const actions = {
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
