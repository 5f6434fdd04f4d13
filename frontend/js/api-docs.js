const place = document.getElementById("api-docs");
window.SwaggerUIBundle({ url: place.dataset.url, domNode: place, validatorUrl: null });
