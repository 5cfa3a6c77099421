import Capture
import EdgeLink
import Foundation
import Model
import Testing

@testable import Proxy

@Suite struct CaptureOutletTests {
    private static func outlet(perSecond: Int, _ queue: CaptureQueue = CaptureQueue()) throws
        -> CaptureOutlet
    {
        var configuration = CaptureConfiguration()
        configuration.queue = queue
        configuration.exchangesPerSecond = perSecond
        configuration.heldBytes = 1000
        return try #require(CaptureOutlet(configuration))
    }

    private static func exchange() -> TrafficExchange {
        TrafficExchange(
            facts: TrafficFacts(
                id: "req_1",
                account: .random(),
                endpointID: .random(),
                endpoint: "https://a.example",
                time: Date(timeIntervalSince1970: 0)
            )
        )
    }

    @Test func `Without somebody who takes them there are no captures`() {
        #expect(CaptureOutlet(CaptureConfiguration()) == nil)
    }

    @Test func `A loud endpoint leaves turns to quiet ones, and the next tick brings new ones`()
        throws
    {
        let queue = CaptureQueue()
        let outlet = try Self.outlet(perSecond: 80, queue)
        var (loud, quiet) = (CaptureUsage(), CaptureUsage())
        let taken = (0..<100).count { _ in outlet.takeTurn(&loud) }
        #expect(taken == 11)
        #expect(outlet.takeTurn(&quiet))
        outlet.tick()
        #expect(queue.totals.overBudget == 89)
        #expect(outlet.takeTurn(&loud))
        let more =
            (0..<100).count { _ in outlet.takeTurn(&loud) }
            + (0..<100).count { _ in outlet.takeTurn(&quiet) }
        #expect(more == 19)
    }

    @Test func `A loop without time to spare captures a quarter`() throws {
        let outlet = try Self.outlet(perSecond: 80)
        for (busy, turns) in [(0.5, 20), (0.95, 5), (nil, 20)] as [(Double?, Int)] {
            outlet.tick(busy: busy)
            var usages = [CaptureUsage](repeating: CaptureUsage(), count: 40)
            #expect(usages.indices.count { outlet.takeTurn(&usages[$0]) } == turns)
        }
    }

    @Test func `What captures hold is bounded, and comes back`() throws {
        let outlet = try Self.outlet(perSecond: 80)
        #expect(outlet.hold(900))
        #expect(!outlet.hold(200))
        outlet.release(900)
        #expect(outlet.hold(1000))
    }

    @Test func `What was gathered is handed over with the tick, or when it is much`() throws {
        let queue = CaptureQueue()
        let outlet = try Self.outlet(perSecond: 80, queue)
        outlet.put(Self.exchange())
        #expect(queue.totals.captured == 0)
        outlet.tick()
        #expect(queue.totals.captured == 1)
        for _ in 0..<64 { outlet.put(Self.exchange()) }
        #expect(queue.totals.captured == 65)
    }
}
