extension ResourceShape {
    /// Every kind of resource that the API has. Each has a file beside this one.
    package static let all: [ResourceShape] = [
        .apiKeys, .botUsers, .credentials, .ipPolicies, .ipPolicyRules, .reservedAddresses, .reservedDomains,
        .serviceUsers, .ipRestrictions, .agentIngresses, .tlsCertificates, .certificateAuthorities,
        .sshCredentials, .sshCertificateAuthorities, .sshHostCertificates, .sshUserCertificates,
        .kubernetesOperators, .personalAccessTokens, .applicationUsers, .applicationSessions, .abuseReports,
        .eventDestinations, .eventSubscriptions, .vaults, .vaultSecrets,
        .endpoints, .tunnelSessions, .tunnels, .trafficInspector,
    ]
}
