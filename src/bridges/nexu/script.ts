/**
 * The script that pages of DSS load and run: the four functions that they call, over fetch. `address` is where it was loaded
 * from. It holds nothing of the person or the machine, so that every page may read it.
 */
export function script(address: string): string {
  return `(function () {
  'use strict';
  var address = ${JSON.stringify(address)};
  function ask(path, body, success, failure) {
    fetch(address + path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: body })
      .then(function (response) {
        return response.text().then(function (text) {
          var json = null;
          try { json = JSON.parse(text); } catch (error) { /* told by responseText */ }
          if (response.ok) return success && success(json);
          return failure && failure({ status: response.status, responseText: text, responseJSON: json });
        });
      })
      .catch(function (error) {
        if (failure) failure({ status: 0, responseText: String(error), responseJSON: null });
      });
  }
  window.nexu_get_certificates = function (success, failure) {
    ask('/rest/certificates', '', success, failure);
  };
  window.nexu_sign_with_token_infos = function (tokenId, keyId, dataToSign, digestAlgorithm, success, failure) {
    var body = { tokenId: { id: tokenId }, keyId: keyId, toBeSigned: { bytes: dataToSign }, digestAlgorithm: digestAlgorithm };
    ask('/rest/sign', JSON.stringify(body), success, failure);
  };
  window.nexu_sign = function (dataToSign, digestAlgorithm, success, failure) {
    ask('/rest/sign', JSON.stringify({ toBeSigned: { bytes: dataToSign }, digestAlgorithm: digestAlgorithm }), success, failure);
  };
  window.nexu_get_identity_info = function (success, failure) {
    ask('/rest/identityInfo', '', success, failure);
  };
})();
`;
}
