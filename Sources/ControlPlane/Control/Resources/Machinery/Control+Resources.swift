internal import Model

extension Control {
    /// Every kind of resource that the API has, with its rules. A kind is added here and in `ResourceShape.all`.
    package nonisolated var resources: [any APIResource] {
        let context = self.resourceContext
        let serviceUsers = StoredResource(rules: ServiceUserRules(), context: context)
        return [
            StoredResource(rules: APIKeyRules(), context: context),
            StoredResource(rules: CredentialRules(), context: context),
            StoredResource(rules: IPPolicyRules(), context: context),
            StoredResource(rules: IPPolicyRuleRules(control: self), context: context),
            StoredResource(rules: IPRestrictionRules(control: self), context: context),
            StoredResource(rules: AgentIngressRules(), context: context),
            StoredResource(rules: ReservedAddressRules(), context: context),
            StoredResource(rules: ReservedDomainRules(control: self), context: context),
            serviceUsers,
            BotUsers(serviceUsers: serviceUsers),
            StoredResource(rules: TLSCertificateRules(), context: context),
            StoredResource(rules: CertificateAuthorityRules(), context: context),
            EventDestinations(context: context),
            StoredResource(rules: EventSubscriptionRules(), context: context),
            StoredResource(rules: SSHCredentialRules(), context: context),
            StoredResource(rules: SSHAuthorityRules(), context: context),
            StoredResource(rules: SSHHostCertificateRules(), context: context),
            StoredResource(rules: SSHUserCertificateRules(), context: context),
            StoredResource(rules: KubernetesOperatorRules(endpoints: Endpoints(control: self)), context: context),
            StoredResource(rules: PersonalAccessTokenRules(), context: context),
            StoredResource(rules: ApplicationUserRules(), context: context),
            StoredResource(rules: ApplicationSessionRules(), context: context),
            StoredResource(rules: AbuseReportRules(), context: context),
            StoredResource(rules: VaultRules(), context: context),
            StoredResource(rules: VaultSecretRules(), context: context),
            Endpoints(control: self),
            TunnelSessions(control: self),
            Tunnels(control: self),
            TrafficResource(inspector: self.inspector),
        ]
    }

    /// Finds out who calls the API.
    package nonisolated var authentication: APIAuthentication { APIAuthentication(store: self.store, now: self.now) }
}
