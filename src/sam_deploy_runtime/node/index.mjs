// What a Node function knows about the call it is answering: the twin of sam_deploy_runtime.
//
// sam-deploy bundles these files into every Node function; code imports them as
// "sam-deploy-runtime". Aliases of one version share its warm processes, so the environment belongs
// to the call: ask inside the handler. What each function promises is said in index.d.ts.
import { bound } from "./calls.mjs";
import { sdk } from "./settings.mjs";

export {
  EnvironmentUnknownError,
  environment,
  inEnvironment,
  logLevel,
  perEnvironment,
  resourceArn,
  ResourceUnknownError,
  resourceName,
} from "./calls.mjs";
export {
  noSdk,
  setting,
  SettingInvalidError,
  SettingMissingError,
  SettingUnavailableError,
  userPoolClientId,
  userPoolId,
} from "./settings.mjs";

/** For the bundle's entry: the handler, with `environment()` answering for each call. */
export function bind(handler, app, loaders = {}) {
  Object.assign(sdk, loaders);
  return bound(handler, app);
}
