import Foundation
import TrafficStore

/// How long captured requests took: time from left to right, longer from bottom to top, darker for more.
struct LatencyChart {
    struct Block {
        let x: Int
        let y: Int
        let look: String
    }

    /// Of a block, in the units of the picture.
    static let width = 10
    static let height = 10

    let columns: Int
    let pictureWidth: Int
    let pictureHeight: Int
    let blocks: [Block]
    let labels: [String]
    let sentence: String
    let table: TableView
    let isEmpty: Bool

    init(_ steps: [TrafficSummary.Count], _ period: TrafficPeriod) {
        let rows = TrafficSummary.bounds.count + 1
        self.columns = steps.count
        self.pictureWidth = steps.count * Self.width
        self.pictureHeight = rows * Self.height
        let most = steps.flatMap(\.durations).max() ?? 0
        self.blocks = steps.enumerated().flatMap { column, step in
            step.durations.enumerated().compactMap { row, count in
                guard count > 0 else { return nil }
                // Seven steps of colour; what is there is seen.
                let shade = max(1, Int((6 * Double(count) / Double(most)).rounded()))
                return Block(x: column * Self.width, y: (rows - 1 - row) * Self.height, look: "h\(shade)")
            }
        }
        self.labels = ["1 s", "100 ms", "10 ms", "1 ms"]
        let all = steps.reduce(into: TrafficSummary.Count()) { $0.add($1) }
        self.isEmpty = all.requests == 0
        self.sentence =
            "Of \(NumberText.grouped(all.requests)) captured requests of the last \(period.title), half took "
            + "\(Self.words(all, 500)), and 95 of 100 \(Self.words(all, 950))."
        self.table = TableView(
            "Latency over time",
            [("From", "main"), ("Requests", "num"), ("Half took", "num"), ("95 of 100", "num")],
            period.parts(of: steps).map { from, part in
                [
                    Cell(from), Cell(NumberText.grouped(part.requests)),
                    Cell(part.requests == 0 ? "-" : Self.words(part, 500)),
                    Cell(part.requests == 0 ? "-" : Self.words(part, 950)),
                ]
            }
        )
    }

    /// `less than 3 ms`.
    static func words(_ count: TrafficSummary.Count, _ perMille: Int) -> String {
        guard let bound = count.bound(perMille: perMille) else {
            return count.requests == 0 ? "nothing" : "a second or more"
        }
        return bound >= 1_000_000 ? "less than 1 s" : "less than \(bound / 1000) ms"
    }
}

/// Bytes of captured requests and their answers.
struct BytesChart {
    private static let size = (width: 720.0, height: 112.0)

    let labels: [String]
    let grid: [String]
    let incoming: String
    let outgoing: String
    let area: String
    let sentence: String
    let table: TableView

    init(_ steps: [TrafficSummary.Count], _ period: TrafficPeriod) {
        let peak = steps.map { max($0.requestBytes, $0.responseBytes) }.max() ?? 0
        let top = Double(Self.top(peak))
        let (width, height) = Self.size
        let incoming = ChartLine(
            steps.map { Double($0.requestBytes) },
            width: width,
            height: height,
            inset: 0,
            top: top
        )
        let outgoing = ChartLine(
            steps.map { Double($0.responseBytes) },
            width: width,
            height: height,
            inset: 0,
            top: top
        )
        (self.incoming, self.outgoing, self.area) = (incoming.path, outgoing.path, outgoing.area)
        self.labels = [1, 0.5, 0].map { NumberText.bytes(Int(top * $0)) }
        self.grid = ["0", ChartLine.digits(height / 2)]
        let all = steps.reduce(into: TrafficSummary.Count()) { $0.add($1) }
        self.sentence =
            "Captured requests of the last \(period.title) brought \(NumberText.bytes(all.requestBytes)) in, and their "
            + "answers \(NumberText.bytes(all.responseBytes)) out."
        self.table = TableView(
            "Bytes over time",
            [("From", "main"), ("In", "num"), ("Out", "num")],
            period.parts(of: steps).map { from, part in
                [
                    Cell(from), Cell(NumberText.bytes(part.requestBytes)), Cell(NumberText.bytes(part.responseBytes)),
                ]
            }
        )
    }

    /// The next of 1, 2, 4, 10, 20 … thousands above.
    private static func top(_ peak: Int) -> Int {
        var unit = 1000
        while unit < 1_000_000_000_000 {
            for factor in [1, 2, 4] where factor * unit >= peak { return factor * unit }
            unit *= 10
        }
        return max(unit, peak)
    }
}

/// A range of time of which captured traffic is counted.
struct TrafficPeriod: Sendable {
    let title: String
    let seconds: Int
    /// Steps in it.
    let count: Int

    static let hour = TrafficPeriod(title: "1 h", seconds: 3600, count: 60)
    static let day = TrafficPeriod(title: "24 h", seconds: 86_400, count: 48)

    init(title: String, seconds: Int, count: Int) {
        self.title = title
        self.seconds = seconds
        self.count = count
    }

    init(_ range: TrafficHistory.Range) { self = range == .hour ? .hour : .day }

    var step: Int { self.seconds / self.count }

    /// Twelve parts, with when they began: so that a table can be read.
    func parts(of steps: [TrafficSummary.Count]) -> [(from: String, count: TrafficSummary.Count)] {
        let size = max(1, steps.count / 12)
        return stride(from: 0, to: steps.count, by: size).map { start in
            let minutes = (steps.count - start) * self.step / 60
            let from = minutes >= 60 ? "\(minutes / 60) h \(minutes % 60) min ago" : "\(minutes) min ago"
            return (from, steps[start..<min(start + size, steps.count)].reduce(into: .init()) { $0.add($1) })
        }
    }
}
