"""VNeID by OpenID Connect, in four steps: who the provider is (`provider`), there and back (`flow`), what its token must
say (`tokens`), whose account that is (`linking`).

Authlib carries the requests, joserfc opens the signatures; every claim is compared by our own code, because no public
package refused all that a hostile provider can answer (docs/decisions/0015).
"""
