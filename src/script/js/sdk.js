// `require('postman-collection')`: the classes that `pm` is made of.

import { RequestAuth } from './auth.js';
import { CookieList, FormParamList, HeaderList, PropertyList, QueryParamList, VariableList } from './lists.js';
import { Cookie, FormParam, Header, Property, QueryParam, Variable } from './props.js';
import { Request, RequestBody } from './request.js';
import { Response } from './response.js';
import { VariableScope } from './scope.js';
import { Url } from './url.js';

export const sdk = {
  Property,
  PropertyList,
  Cookie,
  CookieList,
  FormParam,
  FormParamList,
  Header,
  HeaderList,
  QueryParam,
  QueryParamList,
  Request,
  RequestAuth,
  RequestBody,
  Response,
  Url,
  Variable,
  VariableList,
  VariableScope,
};

// The rest of its classes are for building collections, which scripts have little reason to do.
const MISSING =
  'PropertyBase Certificate CertificateList Collection Description Event EventList Item ItemGroup MutationTracker Script UrlMatchPattern UrlMatchPatternList ProxyConfig ProxyConfigList Version';
for (const name of MISSING.split(' ')) {
  Object.defineProperty(sdk, name, {
    get() {
      throw new Error(`'${name}' of 'postman-collection' is not supported`);
    },
  });
}
