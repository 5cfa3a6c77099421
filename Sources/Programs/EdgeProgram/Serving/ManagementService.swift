import Control
import Model
import NIOCore
import NIOPosix
import ServiceLifecycle
import Settings
import Store
import Telemetry

/// The management listener. It answers to the end of the drain, so that load balancers see it.
struct ManagementService: Service {
    /// A store that doesn't answer within this time doesn't answer.
    private static let patience = Duration.seconds(2)

    private let listener: ManagementListener
    private let group: any EventLoopGroup

    /// Opens the listener before anything else starts, so that a port that someone has is all there is to tell.
    ///
    /// - Throws: `listenFailed`.
    static func open(
        _ addresses: [ListenAddress],
        readiness: Readiness,
        store: any RecordStore,
        metrics: @escaping @Sendable () async -> [MetricFamily]
    ) async throws(Failure) -> ManagementService {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        do throws(Failure) {
            let questions = ManagementQuestions(
                isReady: { await Self.answer(readiness.current, store) },
                metrics: metrics
            )
            let listener = try await ManagementListener.open(addresses, on: group, questions: questions)
            return ManagementService(listener: listener, group: group)
        } catch {
            group.shutdownGracefully { _ in }
            throw error
        }
    }

    var addresses: [String] { self.listener.addresses }

    func run() async throws {
        // Cancelled or asked to end: it ends.
        try? await gracefulShutdown()
        await self.listener.close()
        self.group.shutdownGracefully { _ in }
    }

    private static func answer(_ state: Readiness.State, _ store: any RecordStore) async -> HealthAnswer {
        guard state == .ready else { return .notReady(state.rawValue) }
        return await Self.answers(store) ? .ready : .readyWithoutDatabase
    }

    private static func answers(_ store: any RecordStore) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                // Whatever it throws, it did not answer.
                (try? await store.list(AccountRecord.self, in: .platform, Page(limit: 1))) != nil
            }
            group.addTask {
                // Cut short when the store was faster.
                try? await Task.sleep(for: Self.patience)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }
}
