package import APIClient
package import Addressing
package import KubernetesClient
package import Model
package import Portico

/// Everything that an operator is told before it starts, whole and checked.
package struct OperatorConfiguration: Sendable {
    /// The cluster that it works in.
    package var cluster: ClusterConfiguration
    /// Where it is installed.
    package var namespace: String
    /// What its installation is called.
    package var release = "ngrok-operator"
    /// Names this process among the others of the installation.
    package var identity: String
    /// The lease that the replicas have one of.
    package var electionID = "ngrok-operator-leader"
    /// The one namespace that is watched; empty for all.
    package var watchNamespace = ""
    package var features = ClusterView.Features()
    package var translation = TranslationOptions()
    /// How the edge is reached by the agent that is a part of this.
    package var agent: Agent.Configuration
    /// The edge's REST API; nil: nothing is served that needs a cloud endpoint.
    package var api: API?
    /// Where `/healthz` and `/readyz` are answered, and `/metrics`; nil for nowhere.
    package var health: DialAddress?
    package var metrics: DialAddress?

    package struct API: Sendable {
        package let address: APIAddress
        package let key: Secret
        /// Path of a PEM file; nil for the roots of the system.
        package let authorities: String?

        package init(_ address: APIAddress, key: Secret, authorities: String?) {
            self.address = address
            self.key = key
            self.authorities = authorities
        }
    }

    package init(cluster: ClusterConfiguration, namespace: String, identity: String, agent: Agent.Configuration) {
        self.cluster = cluster
        self.namespace = namespace
        self.identity = identity
        self.agent = agent
    }
}
