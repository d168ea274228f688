; Metals, the calm ones heavier; gold alone when nothing distinguishes them.
(defsymphony "Metals"
  {:asset-class "COMMODITIES" :rebalance-threshold 0.1}
  (if (= (rsi "GLD") (rsi "SLV"))
    (asset "GLD")
    (group "Metals" (weight-inverse-volatility 6 [(asset "GLD") (asset "SLV") (asset "PPLT")]))))
