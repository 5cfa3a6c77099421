// What identifiers name (`spec/api.md` 2): the prefix of each kind. Kinds of things that share a KSUID differ in it
// alone.

package enum AccountKind: ResourceKind { package static let prefix = "ac" }
package enum UserKind: ResourceKind { package static let prefix = "usr" }
package enum ServiceUserKind: ResourceKind { package static let prefix = "service" }
package enum BotUserKind: ResourceKind { package static let prefix = "bot" }
package enum CredentialKind: ResourceKind { package static let prefix = "cr" }
package enum APIKeyKind: ResourceKind { package static let prefix = "ak" }
package enum SSHCredentialKind: ResourceKind { package static let prefix = "sshcr" }
package enum PersonalAccessTokenKind: ResourceKind { package static let prefix = "pat" }

package enum EndpointKind: ResourceKind { package static let prefix = "ep" }
package enum SessionKind: ResourceKind { package static let prefix = "ts" }
package enum TunnelKind: ResourceKind { package static let prefix = "tn" }
package enum ReservedDomainKind: ResourceKind { package static let prefix = "rd" }
package enum ReservedAddressKind: ResourceKind { package static let prefix = "ra" }
package enum CertificateKind: ResourceKind { package static let prefix = "cert" }
package enum CertificateAuthorityKind: ResourceKind { package static let prefix = "ca" }
package enum AgentIngressKind: ResourceKind { package static let prefix = "agin" }
package enum KubernetesOperatorKind: ResourceKind { package static let prefix = "k8sop" }

package enum IPPolicyKind: ResourceKind { package static let prefix = "ipp" }
package enum IPPolicyRuleKind: ResourceKind { package static let prefix = "ipr" }
package enum IPRestrictionKind: ResourceKind { package static let prefix = "ipx" }

package enum VaultKind: ResourceKind { package static let prefix = "vault" }
package enum VaultSecretKind: ResourceKind { package static let prefix = "secret" }

package enum EventKind: ResourceKind { package static let prefix = "ev" }
package enum EventDestinationKind: ResourceKind { package static let prefix = "ed" }
package enum EventSubscriptionKind: ResourceKind { package static let prefix = "esb" }

package enum SSHAuthorityKind: ResourceKind { package static let prefix = "sshca" }
package enum SSHHostCertificateKind: ResourceKind { package static let prefix = "shcrt" }
package enum SSHUserCertificateKind: ResourceKind { package static let prefix = "sucrt" }
package enum ApplicationUserKind: ResourceKind { package static let prefix = "au" }
package enum ApplicationSessionKind: ResourceKind { package static let prefix = "as" }
package enum AbuseReportKind: ResourceKind { package static let prefix = "abrp" }

/// What a person signs in with, a browser that is signed in, and a link that lets one in once.
package enum LoginKind: ResourceKind { package static let prefix = "login" }
package enum DashboardSessionKind: ResourceKind { package static let prefix = "ds" }
package enum DoorLinkKind: ResourceKind { package static let prefix = "door" }

/// One call of the API, as errors and the log name it.
package enum OperationKind: ResourceKind { package static let prefix = "op" }
