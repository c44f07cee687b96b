// A static file server on the loopback address; for web/serve and the page's tests.
//
//   node web/static_server.mjs FOLDER [PORT]      port 0: any free one
import { createReadStream, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".wasm": "application/wasm",
  ".ttf": "font/ttf",
  ".woff2": "font/woff2",
  ".svg": "image/svg+xml",
  ".png": "image/png",
};

// Serves folder at http://127.0.0.1:port/prefix/; resolves with its address and close().
export function serve(folder, port = 0, prefix = "/") {
  const root = resolve(folder);
  const server = createServer((request, response) => {
    const refuse = (status) => response.writeHead(status, { "Content-Type": "text/plain" }).end(`${status}\n`);
    let path;
    try {
      path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    } catch {
      return refuse(400);
    }
    if (request.method !== "GET" && request.method !== "HEAD") return refuse(405);
    if (!path.startsWith(prefix)) return refuse(404);
    let file = normalize(join(root, path.slice(prefix.length)));
    if (file !== root && !file.startsWith(root + sep)) return refuse(404);
    try {
      if (statSync(file).isDirectory()) file = join(file, "index.html");
      const { size } = statSync(file);
      response.writeHead(200, {
        "Content-Type": types[extname(file)] ?? "text/plain; charset=utf-8",
        "Content-Length": size,
        "Cache-Control": "no-cache",
      });
      if (request.method === "HEAD") response.end();
      else createReadStream(file).pipe(response);
    } catch {
      refuse(404);
    }
  });
  return new Promise((done, failed) => {
    server.on("error", failed);
    server.listen(port, "127.0.0.1", () => {
      done({
        address: `http://127.0.0.1:${server.address().port}${prefix}`,
        close: () => new Promise((closed) => (server.close(closed), server.closeAllConnections())),
      });
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder, port] = process.argv.slice(2);
  try {
    const { address } = await serve(folder, Number(port ?? 0));
    console.log(`Pageframe is at ${address}`);
  } catch (error) {
    console.error(error.code === "EADDRINUSE" ? `port ${port} is taken: choose another with --port` : error.message);
    process.exit(1);
  }
}
