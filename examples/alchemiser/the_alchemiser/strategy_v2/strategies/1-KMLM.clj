; Follows the trend, and waits in managed futures when there is none.
(defsymphony "Trend or futures"
  {:asset-class "EQUITIES" :rebalance-threshold 0.1}
  (if (> (current-price "SPY") (moving-average-price "SPY" {:window 200}))
    [(weight-specified
       0.7 (filter (cumulative-return {:window 60}) (select-top 2)
             [(asset "QQQ" "Nasdaq 100"), (asset "SPY" "S&P 500"), (asset "IWM" "Russell 2000")])
       0.3 (asset "KMLM" "Managed futures"))]
    [(group "Wait"
       (weight-equal [(asset "KMLM") (asset "BIL" "Treasury bills")]))]))
