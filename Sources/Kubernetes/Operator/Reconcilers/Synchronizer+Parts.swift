package import KubernetesClient

extension Synchronizer {
    /// What is told of it in numbers.
    struct Numbers: Sendable, Equatable {
        /// Runs that went to their end.
        var runs = 0
        var endpoints = 0
        var problems = 0
    }

    /// What it is made of.
    package struct Parts: Sendable {
        package var view: ClusterView
        package var translator: Translator
        package var agent: AgentEndpoints
        /// nil: without an API key, what needs cloud endpoints is not served.
        package var cloud: CloudEndpoints?
        /// nil for the same.
        package var names: EdgeNames?
        package var addresses: EdgeAddresses?
        package var client: ClusterClient
        package var discovery: Discovery
        package var recorder: EventRecorder
        /// Whether this replica may write.
        package var isLeading: @Sendable () -> Bool
        package var signal: ChangeSignal

        package init(
            view: ClusterView,
            translator: Translator,
            agent: AgentEndpoints,
            cloud: CloudEndpoints?,
            names: EdgeNames?,
            addresses: EdgeAddresses?,
            client: ClusterClient,
            discovery: Discovery,
            recorder: EventRecorder,
            isLeading: @escaping @Sendable () -> Bool,
            signal: ChangeSignal
        ) {
            self.view = view
            self.translator = translator
            self.agent = agent
            self.cloud = cloud
            self.names = names
            self.addresses = addresses
            self.client = client
            self.discovery = discovery
            self.recorder = recorder
            self.isLeading = isLeading
            self.signal = signal
        }
    }
}
