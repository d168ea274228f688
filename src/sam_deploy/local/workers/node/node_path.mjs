// Finds packages in the folders of NODE_PATH for `import`, as Lambda's runtime does since Node.js 18.
// Source: AWS Compute Blog, "Node.js 18.x runtime now available in AWS Lambda".
import path from "node:path";
import { pathToFileURL } from "node:url";

const FOLDERS = (process.env.NODE_PATH || "").split(":").filter((f) => f.endsWith("node_modules"));

export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    const bare = !/^([./]|node:|file:)/.test(specifier);
    if (error?.code !== "ERR_MODULE_NOT_FOUND" || !bare) throw error;
    for (const folder of FOLDERS) {
      const parentURL = pathToFileURL(path.join(path.dirname(folder), "from.js")).href;
      try {
        return await next(specifier, { ...context, parentURL });
      } catch {
        continue;
      }
    }
    throw error;
  }
}
