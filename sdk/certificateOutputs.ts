/** What only the provider can tell of a certificate: a resource's outputs have to stand among its properties. */
export const certificateOutputs = {
  fingerprint: undefined,
  serialNumber: undefined,
  subject: undefined,
  issuer: undefined,
  validFrom: undefined,
  validTo: undefined,
  createdOn: undefined,
  updatedOn: undefined,
};
