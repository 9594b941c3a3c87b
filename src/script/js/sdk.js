// `require('postman-collection')`: the classes that `pm` is made of.

import { RequestAuth } from './auth.js';
import { Description, Property, PropertyBase } from './base.js';
import { CookieList, HeaderList, PropertyList, VariableList } from './lists.js';
import { MutationTracker } from './mutations.js';
import { Cookie, FormParam, Header, QueryParam, Variable } from './props.js';
import { Request, RequestBody } from './request.js';
import { Response } from './response.js';
import { VariableScope } from './scope.js';
import { Url } from './url.js';

export const sdk = {
  PropertyBase,
  Property,
  Description,
  PropertyList,
  Cookie,
  CookieList,
  FormParam,
  Header,
  HeaderList,
  MutationTracker,
  QueryParam,
  Request,
  RequestAuth,
  RequestBody,
  Response,
  Url,
  Variable,
  VariableList,
  VariableScope,
};

// The rest of its classes are for building collections, which scripts seldom do: those are of the genuine package.
const GENUINE =
  'Certificate CertificateList Collection Event EventList Item ItemGroup Script UrlMatchPattern UrlMatchPatternList ProxyConfig ProxyConfigList Version';

const ours = Object.values(sdk);

// What goes into a class of the package: objects of our classes as JSON, which is what both sides understand.
function plain(value) {
  if (ours.some((own) => value instanceof own)) return value.toJSON();
  if (Array.isArray(value)) return value.map(plain);
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

const fed = (kind) =>
  typeof kind === 'function'
    ? new Proxy(kind, { construct: (target, given, made) => Reflect.construct(target, given.map(plain), made) })
    : kind;

/** Adds them; `genuine` gives the package when one is first read. */
export function complete(genuine) {
  for (const name of GENUINE.split(' ')) {
    Object.defineProperty(sdk, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = fed(genuine()[name]);
        Object.defineProperty(sdk, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return sdk;
}
