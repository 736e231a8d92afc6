// Registers the service worker that keeps the book for reading offline (sw.js at the site's root).
// A reader who saves data is not sent the whole book.

const root = new URL("..", import.meta.url);

if ("serviceWorker" in navigator && !navigator.connection?.saveData) {
  // After the load: the page that the reader asked for comes first.
  const register = () =>
    navigator.serviceWorker
      .register(new URL("sw.js", root), { scope: root.pathname, updateViaCache: "none" })
      .catch((error) => console.info(`not kept for offline: ${error.message}`));
  if (document.readyState === "complete") register();
  else addEventListener("load", register);

  // The browser looks for a newer version at each load. A reader who only follows links loads no page.
  const HOUR = 3_600_000;
  let looked = performance.now();
  document.addEventListener("book:page", async () => {
    if (performance.now() - looked < HOUR) return;
    looked = performance.now();
    (await navigator.serviceWorker.getRegistration(root.pathname))?.update().catch(() => {});
  });
}
