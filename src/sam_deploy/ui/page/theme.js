// Runs before the first paint, so that a chosen appearance does not flash. No module for that reason.
(() => {
  const root = document.documentElement;
  const KEY = "sam-deploy-theme";
  /** @returns {string} */
  const kept = () => {
    try {
      return localStorage.getItem(KEY) || "system";
    } catch {
      return "system"; // storage is switched off
    }
  };
  /** @param {string} theme */
  const wear = (theme) => {
    if (theme === "light" || theme === "dark") root.dataset.theme = theme;
    else delete root.dataset.theme;
  };
  wear(kept());
  document.addEventListener("DOMContentLoaded", () => {
    const select = /** @type {HTMLSelectElement} */ (document.getElementById("theme"));
    select.value = kept();
    select.addEventListener("change", () => {
      wear(select.value);
      try {
        localStorage.setItem(KEY, select.value);
      } catch {
        // it holds until the page is closed
      }
    });
  });
})();
