/// Every page. A page is added here, and its link below where the navigation shall lead to it.
enum AllPages {
    static let routes: [any DashboardPage] =
        [
            OverviewPage(), SearchPage(), SetupPage(), AuditPage(), MembersPage(), SettingsPage(), PolicyPage(),
            TrafficPage(), UsagePage(),
        ]
        + Self.resources

    /// The kinds of resources that have pages; search looks at these.
    static let resources: [ResourcePage] = [
        .endpoints, .domains, .addresses, .certificates, .operators, .ipPolicies, .ipPolicyRules, .authorities,
        .identities,
        .identitySessions, .vaults, .secrets,
        .subscriptions, .destinations, .agents, .connectURLs, .serviceUsers, .authtokens, .apiKeys, .sshKeys,
        .restrictions,
    ]

    /// In the order of the navigation.
    static let links: [NavigationLink] = [
        OverviewPage.link, SetupPage.link, ResourcePage.endpoints.link, ResourcePage.domains.link,
        ResourcePage.addresses.link, ResourcePage.certificates.link, ResourcePage.operators.link,
        ResourcePage.ipPolicies.link,
        ResourcePage.authorities.link, ResourcePage.identities.link, ResourcePage.vaults.link, AuditPage.link,
        ResourcePage.subscriptions.link,
        ResourcePage.destinations.link, UsagePage.link, ResourcePage.agents.link, ResourcePage.connectURLs.link,
        MembersPage.link, ResourcePage.serviceUsers.link,
        ResourcePage.authtokens.link, ResourcePage.apiKeys.link, ResourcePage.sshKeys.link,
        ResourcePage.restrictions.link,
    ]
}
