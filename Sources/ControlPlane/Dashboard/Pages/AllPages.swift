/// Every page. A page is added here, and its link below where the navigation shall lead to it.
enum AllPages {
    static let routes: [any DashboardPage] =
        [
            OverviewPage(), SearchPage(), SetupPage(), AuditPage(), MembersPage(), SettingsPage(), PolicyPage(),
            TrafficPage(),
        ]
        + Self.resources

    /// The kinds of resources that have pages; search looks at these.
    static let resources: [ResourcePage] = [
        .endpoints, .domains, .addresses, .certificates, .ipPolicies, .ipPolicyRules, .authorities, .vaults, .secrets,
        .subscriptions, .destinations, .agents, .serviceUsers, .authtokens, .apiKeys, .sshKeys, .restrictions,
    ]

    /// In the order of the navigation.
    static let links: [NavigationLink] = [
        OverviewPage.link, SetupPage.link, ResourcePage.endpoints.link, ResourcePage.domains.link,
        ResourcePage.addresses.link, ResourcePage.certificates.link, ResourcePage.ipPolicies.link,
        ResourcePage.authorities.link, ResourcePage.vaults.link, AuditPage.link, ResourcePage.subscriptions.link,
        ResourcePage.destinations.link, ResourcePage.agents.link, MembersPage.link, ResourcePage.serviceUsers.link,
        ResourcePage.authtokens.link, ResourcePage.apiKeys.link, ResourcePage.sshKeys.link,
        ResourcePage.restrictions.link,
    ]
}
