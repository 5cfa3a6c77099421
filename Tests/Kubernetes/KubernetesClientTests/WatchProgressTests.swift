import Testing

@testable import KubernetesClient

@Suite struct WatchProgressTests {
    @Test func `A list comes first, then a watch from where it ended`() {
        var progress = WatchProgress()
        #expect(progress.step == .list)
        progress.listed(upTo: "10")
        #expect(progress.step == .watch(from: "10"))
    }

    @Test func `A watch goes on from what was seen last, bookmarks included`() {
        var progress = WatchProgress()
        progress.listed(upTo: "10")
        progress.saw("11")
        progress.saw("")
        #expect(progress.ended(.closed, chance: 1) == .milliseconds(50))
        #expect(progress.step == .watch(from: "11"))
    }

    @Test func `A watch that ends without a word is opened less and less often`() {
        var progress = WatchProgress()
        progress.listed(upTo: "10")
        let waits = (0..<3).map { _ in progress.ended(.closed, chance: 1) }
        #expect(waits == [.milliseconds(200), .milliseconds(400), .milliseconds(800)])
    }

    @Test func `An expired version means a new list, at once for the first time`() {
        var progress = WatchProgress()
        progress.listed(upTo: "10")
        #expect(progress.ended(.expired, chance: 1) == .zero)
        #expect(progress.step == .list)
        progress.listed(upTo: "20")
        #expect(progress.ended(.expired, chance: 1) == .milliseconds(400))
    }

    @Test func `A failure keeps the place, and waits at least as long as the server says`() {
        var progress = WatchProgress()
        progress.listed(upTo: "10")
        #expect(progress.ended(.failed(retryAfter: nil), chance: 1) == .milliseconds(200))
        #expect(progress.ended(.failed(retryAfter: .seconds(7)), chance: 1) == .seconds(7))
        #expect(progress.step == .watch(from: "10"))
    }

    @Test func `What is told again ends the waiting`() {
        var progress = WatchProgress()
        progress.listed(upTo: "10")
        for _ in 0..<9 { _ = progress.ended(.failed(retryAfter: nil), chance: 1) }
        progress.saw("11")
        #expect(progress.ended(.failed(retryAfter: nil), chance: 1) == .milliseconds(200))
    }

    @Test func `A kind that comes back is listed anew`() {
        var progress = WatchProgress()
        progress.listed(upTo: "10")
        progress.restart()
        #expect(progress.step == .list)
    }
}
