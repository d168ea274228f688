/** What the services use of `sam-deploy-runtime`, which sam-deploy bundles into each of them. */
export function environment(): string;
export function perEnvironment<T>(factory: () => T): () => T;
export function logLevel(): "DEBUG" | "INFO" | "WARNING" | "ERROR";
export function resourceName(name: string): string;
export function resourceArn(name: string): string;
export function setting(name: string): Promise<string>;
