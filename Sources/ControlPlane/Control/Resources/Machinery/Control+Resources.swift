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
            StoredResource(rules: IPPolicyRuleRules(), context: context),
            StoredResource(rules: ReservedAddressRules(), context: context),
            StoredResource(rules: ReservedDomainRules(), context: context),
            serviceUsers,
            BotUsers(serviceUsers: serviceUsers),
        ]
    }

    /// Finds out who calls the API.
    package nonisolated var authentication: APIAuthentication { APIAuthentication(store: self.store) }
}
